internal import Credits

/// When which account is to be looked at: a binary heap whose outdated items are dropped as they
/// surface.
struct DueIndex: Sendable {
    private struct Item: Sendable {
        let at: Timestamp
        let account: UInt32

        static func < (left: Item, right: Item) -> Bool {
            (left.at, left.account) < (right.at, right.account)
        }
    }

    private var heap: [Item] = []
    /// The moment that holds for each account, by number − 1.
    private var moments: [Timestamp?] = []

    /// Says when an account has something due; nil: never.
    mutating func set(_ account: UInt32, _ at: Timestamp?) {
        let index = Int(account) - 1
        while moments.count <= index { moments.append(nil) }
        guard moments[index] != at else { return }
        moments[index] = at
        guard let at else { return }
        push(Item(at: at, account: account))
        // Accounts that move on leave items behind; without this, a far-off one would keep them all.
        if heap.count > 2 * moments.count + 64 { rebuild() }
    }

    /// When the next account has something due; nil: none ever has.
    mutating func next() -> Timestamp? {
        dropOutdated()
        return heap.first?.at
    }

    /// The accounts that have something due by then, soonest first.
    ///
    /// They stay due until they are set.
    mutating func accounts(by now: Timestamp, maximum: Int) -> [UInt32] {
        var taken: [Item] = []
        while taken.count < maximum {
            dropOutdated()
            guard let first = heap.first, first.at <= now else { break }
            // The same moment may have been set twice, with another one between.
            if taken.last?.account != first.account { taken.append(first) }
            pop()
        }
        for item in taken { push(item) }
        return taken.map(\.account)
    }

    private mutating func dropOutdated() {
        while let first = heap.first, moments[Int(first.account) - 1] != first.at { pop() }
    }

    private mutating func rebuild() {
        heap.removeAll(keepingCapacity: true)
        for (index, at) in moments.enumerated() {
            if let at { push(Item(at: at, account: UInt32(index + 1))) }
        }
    }

    private mutating func push(_ item: Item) {
        heap.append(item)
        var index = heap.count - 1
        while index > 0, heap[index] < heap[(index - 1) / 2] {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child] < heap[smallest] {
                smallest = child
            }
            guard smallest != index else { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}
