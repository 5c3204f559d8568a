import Credits
import Synchronization

/// Figures once a second, as server-sent events, for as long as a page is open.
final class LiveStreams: Sendable {
    private let open = Atomic<Int>(0)
    /// Each takes a connection and a look at the worker every second.
    private static let maximumOpen = 32
    /// Then the browser connects anew, so that a stream that nobody reads ends some time.
    private static let maximumEvents = 600

    /// Counts one stream as open until it is let go.
    private final class Place: Sendable {
        let streams: LiveStreams
        init(_ streams: LiveStreams) { self.streams = streams }
        deinit { streams.open.subtract(1, ordering: .relaxed) }
    }

    private struct Look: Sendable {
        var at = ContinuousClock.now
        var total: UInt64
        var count = 0
    }

    /// Events, the first at once; nil: too many are open.
    func stream(of api: API) -> AsyncStream<[UInt8]>? {
        guard open.add(1, ordering: .relaxed).newValue <= Self.maximumOpen else {
            open.subtract(1, ordering: .relaxed)
            return nil
        }
        let place = Place(self)
        let last = Mutex(Look(total: api.status.figures().outcomes.total))
        return AsyncStream {
            let isFirst = last.withLock { $0.count == 0 }
            if !isFirst { try? await Task.sleep(for: .seconds(1)) }
            guard !Task.isCancelled else { return nil }
            let figures = api.status.figures()
            let (rate, count) = last.withLock { look in
                let now = ContinuousClock.now
                let seconds = (now - look.at) / .seconds(1)
                let events = Double(figures.outcomes.total &- look.total)
                look = Look(at: now, total: figures.outcomes.total, count: look.count + 1)
                return (isFirst ? nil : events / max(seconds, 0.001), look.count)
            }
            guard count <= Self.maximumEvents else { return nil }
            // Named here, so that the stream holds the place for as long as it lives.
            withExtendedLifetime(place) {}
            return await LiveFigures(api, figures: figures, rate: rate).event
        }
    }
}

extension LiveFigures {
    /// JSON has no line ends of its own, so it is one line.
    fileprivate var event: [UInt8] { Array("data: ".utf8) + json + Array("\n\n".utf8) }
}

extension API {
    /// `GET /events`: the overview's figures, live.
    func events() throws(Problem) -> Answer {
        guard let stream = streams.stream(of: self) else { throw .tooManyStreams() }
        return Answer(
            type: "text/event-stream",
            headers: [("cache-control", "no-store")],
            body: [],
            stream: stream
        )
    }
}

extension Problem {
    static func tooManyStreams() -> Problem {
        Problem(
            type: "too-many-streams",
            title: "Too many live pages",
            status: 503,
            detail: "expected fewer open pages; this one works without live figures"
        )
    }
}
