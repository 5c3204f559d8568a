/// Who gave a command.
public struct Actor: Hashable, Sendable {
    public let type: String
    public let id: String

    public init(type: String, id: String) {
        self.type = type
        self.id = id
    }
}

/// What a command asks for (contract §2.2).
public enum CommandAction: Hashable, Sendable {
    case grant(GrantTerms)
    /// Takes back what a grant has left, or part of it.
    case void(grantID: String, credits: Amount?)
    /// A manual adjustment: signed, not 0.
    case adjust(Amount)
    case hold(HoldRequest)
    case release(holdID: String)
    case reverseUsage(ReversalRequest)
    case configure(AccountSettings)

    /// The command's type as it is written.
    public var name: String {
        switch self {
        case .grant: "grant"
        case .void: "void"
        case .adjust: "adjust"
        case .hold: "hold"
        case .release: "release"
        case .reverseUsage: "reverse_usage"
        case .configure: "configure"
        }
    }
}

/// A decoded command.
public struct Command: Sendable {
    /// Hash of the command id under the store's key.
    public var key: IDKey
    /// Hash of everything that counts for `duplicate` against `conflict`: all but actor, reason and
    /// reference.
    public var fingerprint: UInt64
    /// Index into the batch's accounts.
    public var account: Int32
    public var commandID: String
    public var action: CommandAction
    /// The key of the grant or hold id that the command takes for its account.
    public var claim: IDKey?
    /// Why it cannot be carried out, as far as its own record tells; nil: nothing is known against it.
    ///
    /// Whether its id was used is decided first: a command that is sent again after a change of prices,
    /// or after the end of the grant that it made, is a duplicate.
    public var deferredRefusal: Refusal?
    public var actor: Actor?
    public var reason: String?
    public var message: ReceivedMessage

    /// It takes its claim only where it makes a grant.
    var isReversal: Bool {
        if case .reverseUsage = action { true } else { false }
    }

    /// An account that has nothing refuses it.
    var namesSomethingOfItsAccount: Bool {
        switch action {
        case .void, .release, .reverseUsage: true
        case .grant, .adjust, .hold, .configure: false
        }
    }

    public init(
        key: IDKey,
        fingerprint: UInt64,
        account: Int32,
        commandID: String,
        action: CommandAction,
        claim: IDKey?,
        deferredRefusal: Refusal? = nil,
        actor: Actor? = nil,
        reason: String? = nil,
        message: ReceivedMessage
    ) {
        self.key = key
        self.fingerprint = fingerprint
        self.account = account
        self.commandID = commandID
        self.action = action
        self.claim = claim
        self.deferredRefusal = deferredRefusal
        self.actor = actor
        self.reason = reason
        self.message = message
    }
}
