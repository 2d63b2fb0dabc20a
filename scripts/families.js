/** The service families. Each has handlers in lambda/<family>/, which are bundled into build/handlers/<family>/. */
const FAMILIES = ['iot', 'glue', 'wechat'];

/** The entries of a table by family. A table must name every family and no other, so that a new one is not forgotten. */
function byFamily(table) {
  const names = Object.keys(table);
  const isWhole = names.length === FAMILIES.length && FAMILIES.every(family => names.includes(family));
  if (!isWhole) throw new Error(`a table by family must have ${FAMILIES.join(', ')}, got ${names.join(', ')}`);
  return FAMILIES.map(family => [family, table[family]]);
}

module.exports = { FAMILIES, byFamily };
