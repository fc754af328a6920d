/** The TypeScript client of NetSentinel: live events that survive a reconnect, and long requests with progress. */
export { Client } from "./client.js";
export {
  ClientError,
  ClosedError,
  ProblemError,
  RefusedError,
  TaskFailedError,
  UnreachableError,
} from "./errors.js";
export type * as protocol from "./generated.js";
export type { Acknowledged, Condition, LiveEvent, LiveGap, Mode, Progress, State, Topic } from "./model.js";
export type { ClientOptions, RequestOptions, SubscribeOptions } from "./options.js";
export { MemoryPositions, type PositionStore, type Positions, StoragePositions } from "./positions.js";
export type { Running } from "./request.js";
export type { Subscription } from "./subscription.js";
export type { Socket, SocketConstructor } from "./transport.js";
export { VERSION } from "./version.js";
