/**
 * An inert pickle machine, protocols 0 to 5 (CPython Lib/pickletools.py): it builds plain nodes that
 * say what a real one would have imported, called and filled, and never does any of it.
 */
import { FormatError } from './bytes';
import { pickleBytes } from './pickleBytes';
import { isNode, type Persistent, type Pickled, type PickleNode } from './pickleNodes';
import { latin1, python3, unescape, unquote, utf8 } from './pickleText';

/** 100,000 tensors take about 3 million opcodes. */
const maxOpcodes = 4_000_000;
/** Each takes about 100 bytes, and a tensor about 8 of them. */
const maxNodes = 1_000_000;
/** Nothing that is walked nests deeper than 400; every open mark holds a list. */
const maxMarks = 10_000;
/**
 * Runs one pickle from `start`. Returns its value, the byte after its STOP, and everything that it
 * refers to outside itself.
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  file: string,
): { readonly value: Pickled; readonly end: number; readonly outside: readonly Persistent[] } {
  const outside: Persistent[] = [];
  let opcodes = 0;
  let nodes = 0;
  let stack: Pickled[] = [];
  const marks: Pickled[][] = [];
  const memo = new Map<number, Pickled>();

  const fail = (problem: string): never => {
    throw new FormatError(file, `in the pickle, ${problem}`, { byte: opcodeAt });
  };
  const { position, skip, u8, u16, u32, u64, i32, f64, raw, line, integer, long } = pickleBytes(
    bytes,
    start,
    fail,
  );
  const push = (value: Pickled) => void stack.push(value);
  const pop = (): Pickled => {
    const value = stack.pop();
    return value === undefined ? fail('the stack is empty') : value;
  };
  const top = (): Pickled => stack.at(-1) ?? (stack.length ? null : fail('the stack is empty'));
  const popMark = (): Pickled[] => {
    const items = stack;
    stack = marks.pop() ?? fail('a mark is missing');
    return items;
  };
  const node = <N extends PickleNode>(made: N): N => {
    if (++nodes > maxNodes) fail(`more than ${maxNodes} objects`);
    return made;
  };
  const popN = (count: number): Pickled[] => {
    if (stack.length < count) fail('the stack is empty');
    return stack.splice(stack.length - count, count);
  };
  const pairs = (items: Pickled[]): [Pickled, Pickled][] => {
    if (items.length % 2) fail('a key has no value');
    nodes += items.length / 2;
    return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i]!, items[2 * i + 1]!]);
  };
  const append = (items: readonly Pickled[]) => {
    const target = top();
    if (!isNode(target)) return fail('appends to something that is not a list');
    const list =
      target.kind === 'list' || target.kind === 'set'
        ? target.items
        : target.kind === 'call'
          ? (target.items ??= [])
          : fail('appends to something that is not a list');
    for (const item of items) list.push(item);
  };
  const setItems = (entries: readonly [Pickled, Pickled][]) => {
    const target = top();
    if (!isNode(target)) return fail('sets items of something that is not a dictionary');
    const list =
      target.kind === 'dict'
        ? target.entries
        : target.kind === 'call'
          ? (target.entries ??= [])
          : fail('sets items of something that is not a dictionary');
    for (const entry of entries) list.push(entry);
  };
  const global = (module: string, name: string) =>
    push(node({ kind: 'global', name: `${python3(module)}.${name}` }));
  const call = (callable: Pickled, args: Pickled, instance: boolean) =>
    push(node({ kind: 'call', callable, args, instance }));
  const persistent = (id: Pickled) => {
    const made = node<Persistent>({ kind: 'persistent', id });
    outside.push(made);
    push(made);
  };
  const tuple = (items: Pickled[]) => push(node({ kind: 'tuple', items }));
  const build = () => {
    const state = pop();
    const target = top();
    if (!isNode(target) || target.kind !== 'call')
      fail('gives state to something that is no object');
    else target.state = state;
  };
  const get = (key: number) => {
    const value = memo.get(key);
    push(value === undefined ? fail(`memo ${key} is empty`) : value);
  };
  const put = (key: number) => void memo.set(key, top());

  const actions: Record<number, () => void> = {
    0x28: () => {
      if (marks.push(stack) > maxMarks) fail(`more than ${maxMarks} marks are open`);
      stack = [];
    }, // MARK
    0x30: () => void (stack.length ? pop() : popMark()), // POP
    0x31: () => void popMark(), // POP_MARK
    0x32: () => push(top()), // DUP
    0x46: () => push(Number(line())), // FLOAT
    0x49: () => {
      const text = line();
      push(text === '00' ? false : text === '01' ? true : integer(text));
    }, // INT
    0x4c: () => push(integer(line())), // LONG
    0x4a: () => push(i32()), // BININT
    0x4b: () => push(u8()), // BININT1
    0x4d: () => push(u16()), // BININT2
    0x8a: () => push(long(u8())), // LONG1
    0x8b: () => push(long(u32())), // LONG4
    0x47: () => push(f64()), // BINFLOAT, big-endian
    0x4e: () => push(null), // NONE
    0x88: () => push(true), // NEWTRUE
    0x89: () => push(false), // NEWFALSE
    0x53: () => push(unquote(line())), // STRING
    0x54: () => push(latin1(raw(u32()))), // BINSTRING
    0x55: () => push(latin1(raw(u8()))), // SHORT_BINSTRING
    0x56: () => push(unescape(line())), // UNICODE
    0x58: () => push(utf8(raw(u32()))), // BINUNICODE
    0x8c: () => push(utf8(raw(u8()))), // SHORT_BINUNICODE
    0x8d: () => push(utf8(raw(u64()))), // BINUNICODE8
    0x42: () => push(raw(u32())), // BINBYTES
    0x43: () => push(raw(u8())), // SHORT_BINBYTES
    0x8e: () => push(raw(u64())), // BINBYTES8
    0x96: () => push(raw(u64())), // BYTEARRAY8
    0x97: () => fail('out-of-band buffers are not in the file'), // NEXT_BUFFER
    0x98: () => {}, // READONLY_BUFFER
    0x5d: () => push(node({ kind: 'list', items: [] })), // EMPTY_LIST
    0x6c: () => push(node({ kind: 'list', items: popMark() })), // LIST
    0x29: () => tuple([]), // EMPTY_TUPLE
    0x74: () => tuple(popMark()), // TUPLE
    0x85: () => tuple(popN(1)), // TUPLE1
    0x86: () => tuple(popN(2)), // TUPLE2
    0x87: () => tuple(popN(3)), // TUPLE3
    0x7d: () => push(node({ kind: 'dict', entries: [] })), // EMPTY_DICT
    0x64: () => push(node({ kind: 'dict', entries: pairs(popMark()) })), // DICT
    0x8f: () => push(node({ kind: 'set', items: [] })), // EMPTY_SET
    0x91: () => push(node({ kind: 'set', items: popMark() })), // FROZENSET
    0x61: () => append([pop()]), // APPEND
    0x65: () => append(popMark()), // APPENDS
    0x90: () => append(popMark()), // ADDITEMS
    0x73: () => setItems(pairs(popN(2))), // SETITEM
    0x75: () => setItems(pairs(popMark())), // SETITEMS
    0x67: () => get(Number(line())), // GET
    0x68: () => get(u8()), // BINGET
    0x6a: () => get(u32()), // LONG_BINGET
    0x70: () => put(Number(line())), // PUT
    0x71: () => put(u8()), // BINPUT
    0x72: () => put(u32()), // LONG_BINPUT
    0x94: () => put(memo.size), // MEMOIZE
    0x63: () => global(line(), line()), // GLOBAL
    0x93: () => {
      const [module, name] = popN(2);
      if (typeof module !== 'string' || typeof name !== 'string') fail('a global has no name');
      else global(module, name);
    }, // STACK_GLOBAL
    0x52: () => {
      const args = pop();
      call(pop(), args, false);
    }, // REDUCE
    0x81: () => {
      const args = pop();
      call(pop(), args, true);
    }, // NEWOBJ
    0x92: () => {
      const [callable, args] = popN(3);
      call(callable!, args!, true);
    }, // NEWOBJ_EX
    0x6f: () => {
      const [callable, ...items] = popMark();
      call(callable ?? null, node({ kind: 'tuple', items }), true);
    }, // OBJ
    0x69: () => {
      global(line(), line());
      const callable = pop();
      call(callable, node({ kind: 'tuple', items: popMark() }), true);
    }, // INST
    0x62: build, // BUILD
    0x50: () => persistent(line()), // PERSID
    0x51: () => persistent(pop()), // BINPERSID
    0x80: () => {
      const protocol = u8();
      if (protocol > 5) fail(`protocol ${protocol} is not known`);
    }, // PROTO
    0x95: () => skip(8), // FRAME
    0x82: () => fail('the extension registry is not in the file'), // EXT1
    0x83: () => fail('the extension registry is not in the file'), // EXT2
    0x84: () => fail('the extension registry is not in the file'), // EXT4
  };

  let opcodeAt = start;
  for (;;) {
    opcodeAt = position();
    if (++opcodes > maxOpcodes) fail(`more than ${maxOpcodes} operations`);
    const opcode = u8();
    if (opcode === 0x2e) return { value: pop(), end: position(), outside };
    const action = actions[opcode];
    if (!action) fail(`opcode 0x${opcode.toString(16)} is not known`);
    else action();
  }
}
