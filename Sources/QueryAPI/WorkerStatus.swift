/// What the API asks the worker, on any thread.
public protocol WorkerStatus: Sendable {
    /// Why the worker is not consuming or cannot commit, one sentence each; empty: it is ready.
    func notReadyReasons() -> [String]

    /// Records not yet applied, summed over all assigned partitions of all input topics.
    ///
    /// Counted against end offsets at most 100 ms old; nil before the first assignment. May take a few
    /// milliseconds.
    func lagMessages() async -> Int64?
}
