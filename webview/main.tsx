/** Entry of the panel. */
import { render } from 'preact';
import { App } from './app';
import { CompareApp } from './compare/compareApp';
import { connectComparison } from './compare/state';
import { followSession } from './session/state';
import { followLinks } from './weights/links';
import { connect } from './state';
import { followTheme } from './theme';
import './style.css';
import './attention/attention.css';
import './session/session.css';
import './steps/steps.css';
import './inputs/inputs.css';
import './memory/memory.css';
import './tensors/tensors.css';
import './compare/compare.css';
import './triage/triage.css';
import './health/health.css';
import './energy/energy.css';
import './weights/weights.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no element #root');
followTheme();
const { dataset } = document.body;
if (dataset['page'] === 'compare') {
  render(<CompareApp />, root);
  connectComparison(dataset);
} else {
  render(<App />, root);
  void connect().then(followSession).then(followLinks);
}
