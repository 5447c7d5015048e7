/** Python, as the interpreter asks for it. */
import { builtinMethod } from '../interpret/methods';
import type { Runtime } from '../library';
import { builtin } from './builtins';
import { pythonPackages, standardLookup } from './standard';

export const python: Runtime = {
  builtin,
  member: builtinMethod,
  lookup: standardLookup,
  packages: pythonPackages,
  comparesArrays: true,
};
