/** Entry of the panel. */
import { render } from 'preact';
import { App } from './app';
import { followSession } from './session/state';
import { connect } from './state';
import { followTheme } from './theme';
import './style.css';
import './attention/attention.css';
import './session/session.css';
import './tensors/tensors.css';
import './weights/weights.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no element #root');
followTheme();
render(<App />, root);
void connect().then(followSession);
