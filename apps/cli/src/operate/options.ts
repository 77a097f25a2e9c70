/** The options of a command that changes something. */
export interface ChangingOptions {
  readonly trainer?: string;
  readonly commandId?: string;
  readonly reason?: string;
}

/** Of one that changes which version is served. */
export interface ServingOptions extends ChangingOptions {
  readonly yes?: boolean;
  /** Default: yes. */
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly recommender?: string;
}
