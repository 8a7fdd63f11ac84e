/**
 * The log's formats, read and verified in a browser: what `verify` is made of, and what the vectors
 * of the node are run through.
 */
export * from "./tlog/bytes";
export * from "./tlog/canonical";
export * from "./tlog/checkpoint";
export * from "./tlog/ed25519";
export * from "./tlog/errors";
export * from "./tlog/keys";
export * from "./tlog/note";
export * from "./tlog/tiles";
export * from "./tlog/tree";
export * from "./tlog/vouched";
