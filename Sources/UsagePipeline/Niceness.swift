import Foundation

/// How far threads step back behind those that answer requests, as in `nice(2)`.
///
/// Where processors are short, whoever asks the API goes first: a batch can wait a millisecond, an answer
/// cannot. Behind them whoever finishes goes before whoever begins: what is read sooner than it can be
/// applied only lies in memory, grows cold there, and makes all that comes behind it later.
public enum Niceness: Int, Sendable {
    /// Of those that apply, make durable and publish.
    case finishing = 2
    /// Of those that read and decode, and of a load that is sent on the same machine.
    case reading = 5

    /// Lets the calling thread, and those that it starts from now on, step back.
    ///
    /// Cannot fail, for anybody may step back.
    public func stepBack() {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(rawValue))
    }
}
