// How long an operation may take, and how long it may stand still.

/** No byte moved for this long: the tool is stopped and the operation fails as `stalled`. */
export const stallLimitMs = 10 * 60_000;
/** The whole operation: `timed-out`. */
export const wallClockLimitMs = 24 * 3_600_000;
/** A request that no worker claims within this fails as `unclaimed`. */
export const claimLimitMs = 10 * 60_000;
