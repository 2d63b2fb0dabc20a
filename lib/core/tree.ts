import { type IConstruct } from 'constructs';

/** Whether nobody has taken a construct, or one around it, out of the tree. */
export function isInTree(construct: IConstruct): boolean {
  for (let at = construct; at.node.scope; at = at.node.scope) {
    if (at.node.scope.node.tryFindChild(at.node.id) !== at) return false;
  }
  return true;
}
