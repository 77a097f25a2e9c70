export { type AuditedCommand, AuditLog, type AuditSink } from './audit-log.js';
