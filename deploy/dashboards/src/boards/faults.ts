/** Codes of calls that failed through a fault of Thaw, not of the caller; the alert rules count the same. */
export const FAULTS = 'code=~"INTERNAL|GRAPH_NOT_READY|RECOMMENDER_BUSY|DEADLINE_PASSED"';
