// aws-cdk-lib's template validation costs a second in every process that synthesises.
process.env.CDK_VALIDATION = 'false';
// nor does any test look where in a program a construct was made, which each construct finds out.
process.env.CDK_DISABLE_STACK_TRACE = '1';
