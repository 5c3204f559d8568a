/// What is known of an id that was applied.
public struct KnownID: Hashable, Sendable, BitwiseCopyable {
    /// Hash of the content, which tells a duplicate from a conflict.
    public let fingerprint: UInt64
    /// The commit that holds the entry.
    public let commit: UInt64

    public init(fingerprint: UInt64, commit: UInt64) {
        self.fingerprint = fingerprint
        self.commit = commit
    }
}

/// The ids that were applied, exactly, in memory: open addressing over one array of 32-byte slots.
///
/// Keys are uniformly distributed already, so a slot is picked by their first bits, and a probe runs
/// along neighbouring memory. So the table is nearly in the order of its keys, and reading it in that
/// order needs no sorting beyond neighbours.
public struct IDTable: Sendable {
    private struct Slot: BitwiseCopyable {
        var key: IDKey
        var known: KnownID
    }

    /// A key of zeros marks a free slot; the one real key that hashes to it lives here.
    private static let free = IDKey(high: 0, low: 0)
    private var zero: KnownID?
    private var slots: [Slot]
    private var mask: Int { slots.count - 1 }
    /// All bits of a key's first word but those that pick a slot.
    private var shift: UInt64
    /// How many ids are known.
    public private(set) var count = 0

    /// How many ids fit before the table grows.
    package var capacity: Int { slots.count * 3 / 5 }

    /// - Parameter capacity: how many ids fit before the table grows.
    public init(capacity: Int = 0) {
        unsafe self.init(capacity: capacity) { _ in }
    }

    /// - Parameters:
    ///   - capacity: how many ids fit before the table grows.
    ///   - prepare: is lent the table's memory before it is written to for the first time, so that
    ///     the system can be told what it is for.
    package init(capacity: Int, preparing prepare: (UnsafeMutableRawBufferPointer) -> Void) {
        var size = 16
        while size * 3 / 5 < capacity { size *= 2 }
        // Safe: as many slots are written as are said to be.
        slots = unsafe [Slot](unsafeUninitializedCapacity: size) { buffer, count in
            unsafe prepare(UnsafeMutableRawBufferPointer(buffer))
            unsafe buffer.initialize(repeating: Self.freeSlot)
            count = size
        }
        shift = Self.shift(of: size)
    }

    private static func shift(of size: Int) -> UInt64 {
        UInt64(64 - size.trailingZeroBitCount)
    }

    /// The slot where the search for a key begins.
    @inline(__always)
    private func home(of key: IDKey) -> Int { Int(truncatingIfNeeded: key.high &>> shift) }

    private static let freeSlot = Slot(key: free, known: KnownID(fingerprint: 0, commit: 0))

    private static func empty(_ size: Int) -> [Slot] {
        [Slot](repeating: freeSlot, count: size)
    }

    public subscript(key: IDKey) -> KnownID? {
        find(key, at: slots[home(of: key)])
    }

    /// What is known of each of many ids.
    ///
    /// A table of many ids is far away, and each id's slot is elsewhere. So slots are fetched for
    /// more ids at a time than memory brings at once, without a branch that waits for one of them
    /// before the next is asked for.
    package func find(_ keys: Span<IDKey>) -> [KnownID?] {
        var known: [KnownID?] = []
        known.reserveCapacity(keys.count)
        var fetched: [64 of Slot] = .init(repeating: Self.freeSlot)
        let slots = slots.span
        for start in stride(from: 0, to: keys.count, by: fetched.count) {
            let part = keys.extracting(start..<min(start + fetched.count, keys.count))
            for index in part.indices {
                fetched[index] = slots[home(of: part[index])]
            }
            for index in part.indices { known.append(find(part[index], at: fetched[index])) }
        }
        return known
    }

    /// The search begins with a slot that was fetched before.
    @inline(__always)
    private func find(_ key: IDKey, at first: Slot) -> KnownID? {
        guard key != Self.free else { return zero }
        var index = home(of: key)
        var slot = first
        while true {
            if slot.key == key { return slot.known }
            if slot.key == Self.free { return nil }
            index = (index + 1) & mask
            slot = slots[index]
        }
    }

    /// Adds an id; one that is there stays as it is.
    public mutating func insert(_ key: IDKey, _ known: KnownID) {
        put(key, known, overwrites: false)
    }

    /// Adds the ids that a commit's usage used up, as ``insert(_:_:)`` does one by one.
    ///
    /// Slots are fetched as for ``find(_:)``.
    package mutating func insertUsage(of commit: borrowing Commit) {
        let entries = commit.entries.span
        var fetched: [64 of Slot] = .init(repeating: Self.freeSlot)
        for start in stride(from: 0, to: entries.count, by: fetched.count) {
            let part = entries.extracting(start..<min(start + fetched.count, entries.count))
            for index in part.indices {
                fetched[index] = slots[home(of: part[index].key)]
            }
            for index in part.indices where part[index].isUsage {
                let isThere = fetched[index].key == part[index].key
                guard !isThere || part[index].key == Self.free else { continue }
                let fingerprint = part[index].fingerprint
                insert(part[index].key, KnownID(fingerprint: fingerprint, commit: commit.number))
            }
        }
    }

    /// Adds an id, or changes what is known of it.
    public mutating func set(_ key: IDKey, _ known: KnownID) {
        put(key, known, overwrites: true)
    }

    @inline(__always)
    private mutating func put(_ key: IDKey, _ known: KnownID, overwrites: Bool) {
        guard key != Self.free else {
            if zero == nil { count += 1 }
            if zero == nil || overwrites { zero = known }
            return
        }
        if (count + 1) * 5 > slots.count * 3 { grow() }
        var index = home(of: key)
        while slots[index].key != Self.free {
            if slots[index].key == key {
                if overwrites { slots[index].known = known }
                return
            }
            index = (index + 1) & mask
        }
        slots[index] = Slot(key: key, known: known)
        count += 1
    }

    /// Calls `body` with every id, in no particular order.
    public func forEach(_ body: (IDKey, KnownID) -> Void) {
        if let zero { body(Self.free, zero) }
        for slot in slots where slot.key != Self.free { body(slot.key, slot.known) }
    }

    /// Calls `body` with every id, in the order of the keys.
    package func forEachAscending<Failure: Error>(
        _ body: (IDKey, KnownID) throws(Failure) -> Void
    ) throws(Failure) {
        if let zero { try body(Self.free, zero) }
        // At most three in five slots are taken.
        guard let end = slots.firstIndex(where: { $0.key == Self.free }) else { return }
        // Slots that lie together hold the keys of homes among them, and no others; only those that
        // come before the first free one may have come around from the end.
        var together = slots[..<end].filter { home(of: $0.key) < end }
        try Self.visit(&together, body)
        for index in end..<slots.count {
            if slots[index].key != Self.free {
                together.append(slots[index])
            } else {
                try Self.visit(&together, body)
            }
        }
        together += slots[..<end].filter { home(of: $0.key) >= end }
        try Self.visit(&together, body)
    }

    /// Visits a few slots in the order of their keys, and forgets them.
    @inline(__always)
    private static func visit<Failure: Error>(
        _ together: inout [Slot],
        _ body: (IDKey, KnownID) throws(Failure) -> Void
    ) throws(Failure) {
        if together.count > 1 { together.sort { $0.key < $1.key } }
        for slot in together { try body(slot.key, slot.known) }
        together.removeAll(keepingCapacity: true)
    }

    /// Forgets all ids but keeps the memory.
    public mutating func removeAll() {
        guard count > 0 else { return }
        var slots = slots.mutableSpan
        for index in slots.indices { slots[index] = Self.freeSlot }
        zero = nil
        count = 0
    }

    private mutating func grow() {
        let old = slots
        slots = Self.empty(old.count * 2)
        shift = Self.shift(of: slots.count)
        for slot in old where slot.key != Self.free {
            var index = home(of: slot.key)
            while slots[index].key != Self.free { index = (index + 1) & mask }
            slots[index] = slot
        }
    }
}
