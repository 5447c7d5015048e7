/** Lowers tree-sitter's Python statements to the plain tree. */
import type { ClassDef, Expr, FunctionDef, Stmt } from '../ast';
import type { SyntaxNode } from '../syntax';
import {
  argumentList,
  expression,
  field,
  named,
  parameters,
  position,
  type Lowering,
} from './pythonExpressions';

/** Statements of a block, in order; what cannot be understood is left out. */
export function pythonStatements(low: Lowering, nodes: readonly SyntaxNode[]): Stmt[] {
  return nodes.flatMap((node) => {
    const lower = lowerings[node.type];
    const result = lower ? lower(low, node) : [];
    return Array.isArray(result) ? (result as Stmt[]) : [result as Stmt];
  });
}

const block = (low: Lowering, node: SyntaxNode | undefined): Stmt[] =>
  node ? pythonStatements(low, named(node)) : [];

function functionDef(low: Lowering, node: SyntaxNode, decorators: readonly Expr[]): FunctionDef {
  const name = field(node, 'name');
  const bodyNode = field(node, 'body');
  const inner: Lowering = { origin: low.origin, yields: false };
  const returns = field(node, 'return_type');
  const body = block(inner, bodyNode);
  const first = body[0];
  const documentation =
    first?.k === 'expression' && first.value.k === 'string' ? first.value.value : undefined;
  return {
    name: name?.text ?? '',
    at: position(low, name ?? node),
    parameters: parameters(low, field(node, 'parameters')),
    body,
    decorators,
    generator: inner.yields,
    end: node.endPosition.row - low.origin,
    ...(returns ? { returns: expression(low, returns) } : {}),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

function classDef(low: Lowering, node: SyntaxNode, decorators: readonly Expr[]): ClassDef {
  const name = field(node, 'name');
  return {
    name: name?.text ?? '',
    at: position(low, name ?? node),
    bases: argumentList(low, field(node, 'superclasses')),
    body: block(low, field(node, 'body')),
    decorators,
  };
}

function definition(low: Lowering, node: SyntaxNode, decorators: readonly Expr[] = []): Stmt[] {
  if (node.type === 'function_definition') {
    return [{ k: 'function', fn: functionDef(low, node, decorators) }];
  }
  return node.type === 'class_definition'
    ? [{ k: 'class', cls: classDef(low, node, decorators) }]
    : [];
}

function assignment(low: Lowering, node: SyntaxNode): Stmt {
  const targets: Expr[] = [];
  let annotation: SyntaxNode | undefined;
  let current: SyntaxNode | undefined = node;
  // `a = b = value` nests to the right.
  while (current?.type === 'assignment') {
    targets.push(expression(low, field(current, 'left')));
    annotation ??= field(current, 'type');
    current = field(current, 'right');
  }
  return {
    k: 'assign',
    targets,
    ...(current ? { value: expression(low, current) } : {}),
    ...(annotation ? { annotation: expression(low, annotation) } : {}),
  };
}

function expressionStatement(low: Lowering, node: SyntaxNode): Stmt[] {
  const inner = named(node);
  const first = inner[0];
  if (!first) return [];
  if (first.type === 'assignment') return [assignment(low, first)];
  if (first.type === 'augmented_assignment') {
    const op = (field(first, 'operator')?.text ?? '').replace(/=$/, '');
    const target = expression(low, field(first, 'left'));
    return [{ k: 'augment', op, target, value: expression(low, field(first, 'right')) }];
  }
  return inner.map((value) => ({ k: 'expression', value: expression(low, value) }));
}

function conditional(low: Lowering, node: SyntaxNode): Stmt {
  const clauses = named(node).filter((child) => /^(elif|else)_clause$/.test(child.type));
  let no: Stmt[] = [];
  for (const clause of clauses.reverse()) {
    no =
      clause.type === 'else_clause'
        ? block(low, field(clause, 'body'))
        : [
            {
              k: 'if',
              test: expression(low, field(clause, 'condition')),
              yes: block(low, field(clause, 'consequence')),
              no,
            },
          ];
  }
  return {
    k: 'if',
    test: expression(low, field(node, 'condition')),
    yes: block(low, field(node, 'consequence')),
    no,
  };
}

function tryStatement(low: Lowering, node: SyntaxNode): Stmt {
  const clauses = named(node);
  const body = (type: RegExp) =>
    clauses
      .filter((clause) => type.test(clause.type))
      .map((clause) =>
        block(
          low,
          named(clause).find((child) => child.type === 'block'),
        ),
      );
  return {
    k: 'try',
    body: [...block(low, field(node, 'body')), ...body(/^else_clause$/).flat()],
    handlers: body(/^except/),
    last: body(/^finally_clause$/).flat(),
  };
}

function withStatement(low: Lowering, node: SyntaxNode): Stmt {
  const items = named(node)
    .filter((child) => child.type === 'with_clause')
    .flatMap(named)
    .map((item) => {
      const value = field(item, 'value') ?? named(item)[0];
      if (value?.type !== 'as_pattern') return [expression(low, value), undefined] as const;
      const [inner, target] = named(value);
      return [expression(low, inner), target && expression(low, target)] as const;
    });
  return { k: 'with', items, body: block(low, field(node, 'body')) };
}

function importFrom(_: Lowering, node: SyntaxNode): Stmt {
  const module = field(node, 'module_name');
  const rest = named(node).filter((child) => child.id !== module?.id);
  if (rest.some((child) => child.type === 'wildcard_import')) {
    return { k: 'from', module: module?.text ?? '' };
  }
  const names = rest.map((child): readonly [string, string] => {
    const name = child.type === 'aliased_import' ? field(child, 'name')?.text : child.text;
    const alias = child.type === 'aliased_import' ? field(child, 'alias')?.text : undefined;
    return [name ?? '', alias ?? name ?? ''];
  });
  return { k: 'from', module: module?.text ?? '', names };
}

const importStatement = (_: Lowering, node: SyntaxNode): Stmt[] =>
  named(node).map((child) => {
    if (child.type !== 'aliased_import') return { k: 'import', module: child.text };
    const alias = field(child, 'alias')?.text;
    return {
      k: 'import',
      module: field(child, 'name')?.text ?? '',
      ...(alias ? { alias } : {}),
    };
  });

const lowerings: Record<string, (low: Lowering, node: SyntaxNode) => Stmt | Stmt[]> = {
  expression_statement: expressionStatement,
  return_statement: (low, node) => {
    const value = named(node)[0];
    return { k: 'return', ...(value ? { value: expression(low, value) } : {}) };
  },
  if_statement: conditional,
  for_statement: (low, node) => ({
    k: 'for',
    target: expression(low, field(node, 'left')),
    iterable: expression(low, field(node, 'right')),
    body: block(low, field(node, 'body')),
    otherwise: block(low, field(field(node, 'alternative') ?? node, 'alternative')),
  }),
  while_statement: (low, node) => ({
    k: 'while',
    test: expression(low, field(node, 'condition')),
    body: block(low, field(node, 'body')),
  }),
  try_statement: tryStatement,
  with_statement: withStatement,
  function_definition: (low, node) => definition(low, node),
  class_definition: (low, node) => definition(low, node),
  decorated_definition: (low, node) => {
    const inner = field(node, 'definition');
    const decorators = named(node)
      .filter((child) => child.type === 'decorator')
      .map((child) => expression(low, named(child)[0]));
    return inner ? definition(low, inner, decorators) : [];
  },
  import_statement: importStatement,
  import_from_statement: importFrom,
  assert_statement: (low, node) => ({ k: 'assert', test: expression(low, named(node)[0]) }),
  raise_statement: () => ({ k: 'raise' }),
  break_statement: () => ({ k: 'break' }),
  continue_statement: () => ({ k: 'continue' }),
};
