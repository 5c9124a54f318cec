import './node-version.mjs';

import('./audit/audit-deps.mjs').then(({ auditDependencies }) => auditDependencies());
