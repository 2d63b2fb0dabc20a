import { type IConstruct } from 'constructs';

/** Whether a construct, and everything around it, is still part of the tree. */
export function isInTree(construct: IConstruct): boolean {
  for (let at = construct; at.node.scope; at = at.node.scope) {
    if (at.node.scope.node.tryFindChild(at.node.id) !== at) return false;
  }
  return true;
}
