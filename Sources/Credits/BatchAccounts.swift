/// The accounts of one batch, index by index: copies, which are moved freely and thrown away if the
/// commit fails.
///
/// Usage moves what is in ``Account/Front`` alone, so of an account that a store has nothing else is
/// copied: the rest is looked at where the store has it, and becomes the batch's own when it changes.
/// That spares a reference count for each account of each batch, which is a wait for memory that is
/// seldom near.
public struct BatchAccounts: Sendable {
    /// What usage moves, account by account.
    var fronts: [Account.Front]
    /// Where the rest of each account is among ``rests``; negative: where the store has it.
    private var places: [Int32]
    private var rests: [[Account.Rest]]
    /// The store's accounts, by number − 1, as they were when the batch was loaded.
    private var stored: [Account]

    /// Accounts that are no store's, or looked up by somebody else.
    public init(_ accounts: [Account] = []) {
        fronts = accounts.map(\.front)
        places = accounts.indices.map { Int32($0) }
        rests = accounts.map(\.rest)
        stored = []
    }

    /// - Parameters:
    ///   - stored: all accounts of a store, by number − 1. They are held, not copied; whoever changes
    ///     them before this lets go of them pays for a copy of all.
    ///   - capacity: how many of them there may be in the batch.
    package init(of stored: [Account], capacity: Int) {
        self.init()
        self.stored = stored
        fronts.reserveCapacity(capacity)
        places.reserveCapacity(capacity)
    }

    /// Appends an account of the store.
    package mutating func append(number: UInt32) {
        fronts.append(stored[Int(number) - 1].front)
        places.append(-1)
    }

    /// Appends an account that the store does not have.
    package mutating func append(_ account: Account) {
        fronts.append(account.front)
        places.append(Int32(rests.count))
        rests.append(account.rest)
    }

    /// The accounts with these indices, in this order.
    consuming func picked(_ indices: [Int]) -> BatchAccounts {
        var picked = BatchAccounts()
        picked.stored = stored
        picked.rests = rests
        picked.fronts.reserveCapacity(indices.count)
        picked.places.reserveCapacity(indices.count)
        for index in indices {
            picked.fronts.append(fronts[index])
            picked.places.append(places[index])
        }
        return picked
    }

    /// Lets go of the store's accounts, so that they can be changed where they lie; from now on only
    /// those may be looked at that are not the store's.
    package mutating func releaseStored() { stored = [] }

    /// An account's number − 1; −1: it has none yet.
    package func place(of index: Int) -> Int { Int(fronts[index].number) - 1 }

    /// Moves an account of the store to what it is here.
    package mutating func move(_ index: Int, into account: inout Account) {
        account.front = fronts[index]
        guard places[index] >= 0 else { return }
        swap(&account.rest, &rests[Int(places[index])])
    }

    /// An account's name: of the account as a whole it would cost a copy of all its parts.
    func name(of index: Int) -> (customerID: String, creditType: String) {
        let place = Int(places[index])
        guard place < 0 else { return (rests[place][0].customerID, rests[place][0].creditType) }
        let number = Int(fronts[index].number)
        return (stored[number - 1].rest[0].customerID, stored[number - 1].rest[0].creditType)
    }

    /// Waits for the names of many accounts together: they lie apart, and what uses one after the other
    /// counts references, which lets memory bring only one at a time.
    func fetchNames(of indices: ArraySlice<Int>) {
        for index in indices where places[index] < 0 {
            let place = Int(fronts[index].number) - 1
            precondition(!stored[place].rest.isEmpty, "expected every account to have a name")
        }
    }

    private func rest(of index: Int) -> [Account.Rest] {
        let place = Int(places[index])
        return place >= 0 ? rests[place] : stored[Int(fronts[index].number) - 1].rest
    }
}

extension BatchAccounts: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { fronts.count }

    /// A whole account: to look at what usage moves, ask ``fronts``.
    public internal(set) subscript(index: Int) -> Account {
        get { Account(front: fronts[index], rest: rest(of: index)) }
        _modify {
            if places[index] < 0 {
                rests.append(rest(of: index))
                places[index] = Int32(rests.count - 1)
            }
            let place = Int(places[index])
            var account = Account(front: fronts[index], rest: [])
            // Taken out, so that what changes is changed where it lies if nobody else has it.
            swap(&account.rest, &rests[place])
            defer {
                fronts[index] = account.front
                swap(&account.rest, &rests[place])
            }
            yield &account
        }
    }
}
