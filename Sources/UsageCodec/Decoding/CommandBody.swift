import Credits

/// What the fields of one type of command say, with defaults filled in.
protocol CommandBody {
    var action: CommandAction { get }
    /// The id that the command takes for its account; nil: none but its own.
    var claim: CommandClaim? { get }
    /// The credit type where the command names none; nil: the default.
    var creditType: String? { get }
    /// Why it cannot be carried out, which counts only where its id was not used (``Command``).
    var deferredRefusal: Refusal? { get }

    /// Takes everything that counts for `duplicate` against `conflict`.
    ///
    /// What all types share is taken before; actor, reason and reference do not count.
    func combine(into hash: inout KeyedHash)
}

extension CommandBody {
    var claim: CommandClaim? { nil }
    var creditType: String? { nil }
    var deferredRefusal: Refusal? { nil }
}

/// An id that must be new within its account.
struct CommandClaim {
    let space: IDSpace
    let id: ByteSlice
}
