import type { Statement, VariableDeclaration } from '@swc/core';
import { Visitor } from '@swc/core/Visitor.js';

/** How swc's parser gives `using` and `await using`, which its visitor does not know. */
type UsingDeclaration = {
  type: 'UsingDeclaration';
  decls: VariableDeclaration['declarations'];
  span: VariableDeclaration['span'];
};

/**
 * Teaches swc's visitor, on which dependency-cruiser relies, to read `using x = …` like `const x = …`.
 * Without this a file that has one cannot be read at all.
 */
export function readUsingDeclarations(): void {
  const visitOthers = Visitor.prototype.visitStatement;
  Visitor.prototype.visitStatement = function visitStatement(this: Visitor, statement: Statement): Statement {
    const read: Statement | UsingDeclaration = statement as Statement | UsingDeclaration; // as: swc's types lack it
    if (read.type !== 'UsingDeclaration') return visitOthers.call(this, read);
    this.visitVariableDeclarators(read.decls);
    return statement;
  };
}
