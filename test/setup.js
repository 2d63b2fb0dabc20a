// aws-cdk-lib's template validation costs a second in every process that synthesises.
process.env.CDK_VALIDATION = 'false';
