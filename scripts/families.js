/** The service families. Each has handlers in lambda/<family>/, which are bundled into build/handlers/<family>/. */
exports.FAMILIES = ['iot', 'glue', 'wechat'];
