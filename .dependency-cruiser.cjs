// The import law of ARCHITECTURE.md. A broken rule fails CI; the comment says what to do instead.
const CAPABILITY =
  '(access|cases|customer-page|customers|exports|imports|intake|live|network|notices|outbox|promises|search|settings|status|teams|web)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one thing, or lack a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      comment: 'rules.ts decides: it imports nouns, contract and arithmetic only. Hand it what it needs.',
      from: { path: '(^|/)rules\\.ts$' },
      to: {
        path: '^(server/platform/(database|clock|http|log|events|maintenance|rate-limit|secrets|security-headers)|server/(config|context|flow|cli|start|worker|open-platform)\\.ts|.*/(store|routes)\\.ts$|node_modules/(pg|kysely|fastify|nodemailer|smpp|pino)/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'channels-know-no-capability',
      severity: 'error',
      comment: 'A channel turns wire format into plain messages; what they mean is decided in flow.ts.',
      from: { path: '^server/channels/', pathNot: '\\.test\\.ts$' },
      to: { path: `^server/(${CAPABILITY}/|flow|context)` },
    },
    {
      name: 'capabilities-know-no-channel',
      severity: 'error',
      comment:
        'Take a function or a plain message instead; flow.ts joins it. The contract of a channel (types) may be named.',
      from: { path: `^server/${CAPABILITY}/`, pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^server/channels/', pathNot: '^server/channels/channel\\.ts$' },
    },
    {
      name: 'capabilities-meet-through-index',
      severity: 'error',
      comment: 'Import another capability from its index.ts only.',
      from: { path: `^server/${CAPABILITY}/`, pathNot: '\\.(test|fixture)\\.ts$' },
      to: {
        path: `^server/${CAPABILITY}/.+`,
        pathNot: [
          '^server/$1/',
          `^server/${CAPABILITY}/index\\.ts$`,
          '^server/(notices/compose|network/topology)/index\\.ts$',
        ],
      },
    },
    {
      name: 'platform-knows-no-product',
      severity: 'error',
      comment: 'No business word in platform/.',
      from: { path: '^server/platform/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(server/(?!platform/)|contract/|web/|example/)' },
    },
    {
      name: 'parts-are-joined-in-one-place',
      severity: 'error',
      comment: 'Only the entry points import context.ts and flow.ts.',
      from: { path: '^server/', pathNot: '^server/(cli|start|context|example)\\.ts$|\\.test\\.ts$' },
      to: { path: '^server/(context|flow)\\.ts$' },
    },
    {
      name: 'web-knows-only-the-contract',
      severity: 'error',
      comment: 'The browser gets shapes and words from contract/.',
      from: { path: '^web/' },
      to: { path: '^(server|database|example|tests)/' },
    },
    {
      name: 'public-pages-see-published-facts-only',
      severity: 'error',
      comment: 'A public page cannot leak what it cannot name.',
      from: { path: '^web/status/', pathNot: '\\.test\\.ts$' },
      to: { path: '^contract/', pathNot: '^contract/(status|answer|words|one-of)\\.ts$' },
    },
    {
      name: 'the-example-is-an-outsider',
      severity: 'error',
      comment: 'The example uses HTTP, hooks, SMPP and SMTP, and the shapes of contract/.',
      from: { path: '^example/' },
      to: { path: '^server/', pathNot: '^server/channels/sms/smpp\\.d\\.ts$' },
    },
    {
      name: 'the-product-has-no-tests-in-it',
      severity: 'error',
      from: { path: '^(server|web|contract)/', pathNot: '\\.(test|fixture)\\.tsx?$' },
      to: { path: '^(tests|bench)/' },
    },
    {
      name: 'no-development-dependency-at-run-time',
      severity: 'error',
      from: { path: '^(server|contract)/', pathNot: '\\.(test|fixture)\\.ts$|^server/(build-desk|example)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
};
