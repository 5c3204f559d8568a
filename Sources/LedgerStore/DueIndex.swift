internal import Credits

/// When which account is to be looked at: a heap with one item for each account, which is put
/// right as it surfaces.
///
/// An account that is used all the time moves its moment all the time: only one that comes sooner
/// than its item costs more than a word.
struct DueIndex: Sendable {
    private struct Item: Sendable, BitwiseCopyable {
        let at: Timestamp
        let account: UInt32

        static func < (left: Item, right: Item) -> Bool {
            left.at < right.at || left.at == right.at && left.account < right.account
        }
    }

    private struct Entry: Sendable, BitwiseCopyable {
        /// When the account has something due; nil: never.
        var moment: Timestamp?
        /// The soonest of its items in the heap; nil: it has none.
        var item: Timestamp?
    }

    private var heap: [Item] = []
    /// By number − 1.
    private var entries: [Entry] = []
    /// Accounts that were found due last.
    ///
    /// They have no item: nearly all are set next, and most to nothing.
    private var givenOut: [UInt32] = []

    /// Asks for what is kept of the account with the number `place` + 1, which is set soon.
    func prefetch(at place: Int) { entries.prefetch(place) }

    /// Says when an account has something due; nil: never.
    mutating func set(_ account: UInt32, _ at: Timestamp?) {
        let index = Int(account) - 1
        while entries.count <= index { entries.append(Entry()) }
        entries[index].moment = at
        guard let at, at < entries[index].item ?? .latest else { return }
        entries[index].item = at
        push(Item(at: at, account: account))
    }

    /// When the next account has something due; nil: none ever has.
    mutating func next() -> Timestamp? {
        takeBack()
        putRight()
        return heap.first?.at
    }

    /// The accounts that have something due by then, soonest first.
    ///
    /// They stay due until they are set.
    mutating func accounts(by now: Timestamp, maximum: Int) -> [UInt32] {
        takeBack()
        while givenOut.count < maximum {
            putRight()
            guard let first = heap.first, first.at <= now else { break }
            entries[Int(first.account) - 1].item = nil
            givenOut.append(first.account)
            pop()
        }
        return givenOut
    }

    /// Puts accounts that were given out and not set since where they were.
    private mutating func takeBack() {
        for account in givenOut {
            let index = Int(account) - 1
            guard entries[index].item == nil, let moment = entries[index].moment else { continue }
            entries[index].item = moment
            push(Item(at: moment, account: account))
        }
        givenOut.removeAll(keepingCapacity: true)
    }

    /// Lets the first item be one that holds.
    private mutating func putRight() {
        while let first = heap.first {
            let index = Int(first.account) - 1
            // An account that came sooner than its item has another one further up.
            let isSoonest = entries[index].item == first.at
            guard !isSoonest || entries[index].moment != first.at else { return }
            pop()
            guard isSoonest else { continue }
            entries[index].item = entries[index].moment
            if let moment = entries[index].moment {
                push(Item(at: moment, account: first.account))
            }
        }
    }

    /// Four children to an item: half as many steps from top to bottom as with two, and the children
    /// lie in one cache line or two.
    private static let childCount = 4

    private mutating func push(_ item: Item) {
        heap.append(item)
        var heap = heap.mutableSpan
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / Self.childCount
            guard item < heap[parent] else { break }
            heap[index] = heap[parent]
            index = parent
        }
        heap[index] = item
    }

    /// Removes the first item.
    private mutating func pop() {
        let item = heap.removeLast()
        guard !heap.isEmpty else { return }
        var heap = heap.mutableSpan
        // What was last sinks from the top to where it belongs.
        var index = 0
        while true {
            let first = Self.childCount * index + 1
            guard first < heap.count else { break }
            var soonest = first
            for child in first + 1..<min(first + Self.childCount, heap.count)
            where heap[child] < heap[soonest] {
                soonest = child
            }
            guard heap[soonest] < item else { break }
            heap[index] = heap[soonest]
            index = soonest
        }
        heap[index] = item
    }
}
