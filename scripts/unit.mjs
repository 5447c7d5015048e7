/** Bundles every unit test with esbuild and runs them with Node's own runner. `node scripts/unit.mjs [part of a path]` */
import { runNodeTests } from './suites.mjs';

process.exit(await runNodeTests('test/unit', { filter: process.argv[2] }));
