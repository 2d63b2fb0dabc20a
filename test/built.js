// The constructs as they ship, compiled and with the handlers beside them, unless that was of other sources.
require('../scripts/stamp').requireFresh(['constructs', 'handlers']);
module.exports = require('../build/lib/index.js');
