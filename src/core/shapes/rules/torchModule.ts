/** `nn.Module`: what it keeps by name, and what calling it does. https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html */
import { attribute, findMember, libraryBase } from '../interpret/attributes';
import { call } from '../interpret/calls';
import { known, unknownTensor, write, type Machine } from '../machine';
import {
  argument,
  bool,
  none,
  string,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Obj,
  type Value,
} from '../values';

const LIBRARY = 'torch';

/** `add_module(name, module)`. */
function setNamed(m: Machine, self: Obj, args: Args): Value {
  const name = argument(args, 0, 'name');
  const value = args.positional[1] ?? args.keyword.get('module') ?? args.keyword.get('param');
  if (name?.k === 'string' && name.value !== undefined)
    write(m, self.attributes, name.value, value ?? unknown);
  return none;
}
function asBuffer(m: Machine, value: Value, args: Args): Value {
  const v = known(m, value);
  const persists = known(m, argument(args, 2, 'persistent') ?? bool(true));
  return v.k === 'tensor' && persists.k === 'bool' && persists.value === true
    ? { ...v, role: 'buffer' }
    : v;
}

/** What calling a module does where its class, or one that it derives from in the workspace, says it. */
export const forwardOf = (m: Machine, self: Obj, args: Args): Value | undefined =>
  findMember(m, self.cls, 'forward') && call(m, attribute(m, self, 'forward'), args);
/** `super().__call__(…)` calls the module itself. */
const calledWhole = (m: Machine, self: Obj, args: Args): Value => {
  const whole = self.whole ?? self;
  return libraryBase(m, whole.cls, (library) => library.call)?.(m, whole, args) ?? unknown;
};

export const moduleClass: LibraryClass = {
  call: (m, self, args) => forwardOf(m, self, args) ?? unknown,
  attribute: (_, __, name) =>
    name === 'training' ? bool() : name === 'device' ? unknown : undefined,
  methods: {
    register_buffer: (m, self, args) => {
      const name = argument(args, 0, 'name');
      const value = argument(args, 1, 'tensor') ?? unknown;
      if (name?.k === 'string' && name.value !== undefined)
        write(m, self.attributes, name.value, asBuffer(m, value, args));
      return none;
    },
    register_parameter: (m, self, args) => setNamed(m, self, args),
    add_module: (m, self, args) => setNamed(m, self, args),
    parameters: (m) => ({ k: 'many', item: { ...unknownTensor(m, LIBRARY), dtype: 'float32' } }),
    named_parameters: (m) => ({
      k: 'many',
      item: tuple([string(), { ...unknownTensor(m, LIBRARY), dtype: 'float32' }]),
    }),
    buffers: (m) => ({ k: 'many', item: unknownTensor(m, LIBRARY) }),
    state_dict: () => unknown,
    load_state_dict: () => none,
    apply: (_, self) => self,
    __call__: calledWhole,
    ...Object.fromEntries(
      'to cuda cpu train eval float double half bfloat16 requires_grad_'
        .split(' ')
        .map((name) => [name, (_: Machine, self: Obj) => self]),
    ),
  },
};
