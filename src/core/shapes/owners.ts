/** Where classes of the workspace set the attributes that hold tensors and modules. */
import { targetsIn, type At, type ClassDef, type Expr } from './ast';
import { known, type Machine } from './machine';
import type { Obj, Value } from './values';

/** An attribute of a class of the workspace that holds a tensor, or a module that does. */
export interface Owner {
  readonly module: string;
  readonly className: string;
  readonly attribute: string;
  /** Where the class sets it, in its definition; undefined where that is not written as `self.attribute = …`. */
  readonly at?: At;
}

const placesOfSelf = new WeakMap<ClassDef, ReadonlyMap<string, At>>();
/** The classes of the workspace that an attribute of an object belongs to: its own, and the bases of that. */
export function ownerOf(m: Machine, object: Obj, attribute: string): Owner[] {
  const visit = (value: Value): Owner[] => {
    const cls = known(m, value);
    if (cls.k !== 'class' || !cls.def) return [];
    const places = placesOfSelf.get(cls.def) ?? setOnSelf(cls.def);
    placesOfSelf.set(cls.def, places);
    const at = places.get(attribute);
    const base = at === undefined ? cls.bases.flatMap(visit) : [];
    const own = { module: cls.env?.module ?? '', className: cls.name, attribute };
    return [...base, at === undefined ? own : { ...own, at }];
  };
  return visit(object.cls);
}
/** `self.name = …` and `self.register_buffer('name', …)` in a class, each at its first place. */
function setOnSelf(def: ClassDef): ReadonlyMap<string, At> {
  const places = new Map<string, At>();
  const note = (name: string, at: At): void => {
    if (!places.has(name)) places.set(name, at);
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const {
      k,
      targets = [],
      callee,
      args,
    } = node as {
      k?: string;
      targets?: readonly Expr[];
      callee?: Expr;
      args?: readonly { readonly value: Expr }[];
    };
    for (const target of k === 'assign' ? targets.flatMap(targetsIn) : []) {
      if (target.k === 'attribute' && target.object.k === 'name') note(target.name, target.at);
    }
    const name = args?.[0]?.value;
    if (
      callee?.k === 'attribute' &&
      /^(?:register_(?:buffer|parameter|module)|add_module)$/.test(callee.name) &&
      name?.k === 'string' &&
      name.value !== undefined
    )
      note(name.value, callee.at);
    Object.values(node).forEach(visit);
  };
  visit(def.body);
  return places;
}
