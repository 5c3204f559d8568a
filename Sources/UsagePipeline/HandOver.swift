import Credits
import Foundation

/// Whole batches, or commits, on their way from one stage to the next: bounded, between two threads.
///
/// The bound is what bounds memory: when the taker falls behind, the giver waits, stops polling, and
/// librdkafka's own queue limits stop the fetching.
final class HandOver<Element: Sendable>: @unchecked Sendable {
    // Sendable because every access to the state below happens under `condition`'s lock.
    private let condition = NSCondition()
    private let capacity: Int
    private let wakeTaker: @Sendable () -> Void
    private let wakeGiver: @Sendable () -> Void
    private var elements: [Element] = []
    private var isTaken = false
    private var hasEnded = false
    private var isBroken = false
    private var isAskedToStop = false

    /// - Parameters:
    ///   - capacity: how many elements wait here before ``hasRoom`` turns false.
    ///   - wakeTaker: called when there is something to take, or never will be, for a taker that may
    ///     wait for something else meanwhile.
    ///   - wakeGiver: called when everything given is dealt with, likewise.
    init(
        capacity: Int,
        wakeTaker: @escaping @Sendable () -> Void = {},
        wakeGiver: @escaping @Sendable () -> Void = {}
    ) {
        self.capacity = capacity
        self.wakeTaker = wakeTaker
        self.wakeGiver = wakeGiver
    }

    private func look<Value>(_ body: () -> Value) -> Value {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }

    /// Changes something, and lets those look again who wait.
    ///
    /// Looking alone wakes nobody: two threads that look at each other would keep each other awake.
    private func change(_ body: () -> Void) {
        condition.lock()
        body()
        condition.broadcast()
        condition.unlock()
    }

    var hasRoom: Bool { look { elements.count < capacity } }
    /// Nothing waits here: what is given now is taken next.
    var isEmpty: Bool { look { elements.isEmpty } }
    /// The giver should end: somebody asked for it, or what it gives is not taken any more.
    var shouldEnd: Bool { look { isAskedToStop || isBroken } }
    /// The giver has ended, and all it gave was taken and is done.
    var isDone: Bool { look { isBroken || hasEnded && elements.isEmpty && !isTaken } }
    /// Everything given so far is dealt with.
    var isIdle: Bool { look { elements.isEmpty && !isTaken } }
    /// A stage failed; nothing is taken any more.
    var isClosed: Bool { look { isBroken } }

    /// Gives an element, even beyond the capacity: a giver that must not wait has reason to.
    func put(_ element: Element) {
        change {
            if !isBroken { elements.append(element) }
        }
        wakeTaker()
    }

    /// The next element; nil if none came in time.
    ///
    /// The taker calls ``done()`` when it is through.
    func take(waiting timeout: Duration) -> Element? {
        condition.lock()
        defer { condition.unlock() }
        if elements.isEmpty, timeout > .zero, !hasEnded, !isBroken {
            _ = condition.wait(until: Date(timeIntervalSinceNow: timeout.inSeconds))
        }
        guard !elements.isEmpty, !isBroken else { return nil }
        isTaken = true
        condition.broadcast()
        return elements.removeFirst()
    }

    /// The element taken last is dealt with.
    func done() {
        change { isTaken = false }
        if isIdle { wakeGiver() }
    }

    /// Asks the giver to end.
    ///
    /// May be called on any thread, also from a signal's.
    func askToStop() { change { isAskedToStop = true } }

    /// The giver gives nothing more.
    func end() {
        change { hasEnded = true }
        wakeTaker()
    }

    /// A stage failed: whoever waits here is let go, what waits here is dropped.
    ///
    /// Nothing is lost by it, for what is not durable is read again, and what is durable is
    /// published again.
    func close() {
        change {
            isBroken = true
            isTaken = false
            elements.removeAll()
        }
        wakeTaker()
        wakeGiver()
    }

    /// Waits, a moment at most, until an element could be given.
    func waitForRoom() {
        condition.lock()
        if elements.count >= capacity, !isBroken {
            _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1))
        }
        condition.unlock()
    }

    /// Waits, a moment at most, until anything about this changes.
    func waitForChange() {
        condition.lock()
        if !isBroken { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1)) }
        condition.unlock()
    }

    /// Lets those look again who wait for a change.
    func noteChange() { change {} }

    /// Waits until everything given so far is dealt with, or never will be.
    func waitUntilIdle() {
        condition.lock()
        while !isBroken, isTaken || !elements.isEmpty { condition.wait() }
        condition.unlock()
    }
}

extension Duration {
    /// As Foundation's timeouts want it.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
