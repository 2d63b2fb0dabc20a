// aws-cdk-lib's template validation costs a second in every process that synthesises.
process.env.CDK_VALIDATION = 'false';
// nor does any test look where in a program a construct was made, which each construct finds out.
process.env.CDK_DISABLE_STACK_TRACE = '1';
process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-creation-stack-traces': true });
// Jest keeps a hundred frames of each error, and finds the source of each. The SDK makes errors for each call, and the CDK
// for each resource. As in Node.js, the ten frames next to what failed tell enough.
Error.stackTraceLimit = 10;
