import Credits

/// What the demo's actions cost; `drawdown dev` prices with it.
enum DemoRates {
    /// Valid for all time, for the demo's messages bring no time of their own.
    static let card = RateCard(
        version: "demo",
        effectiveFrom: .earliest,
        rates: DemoAction.allCases.map { action in
            Rate(id: action.rateID, action: action.rawValue, credits: action.price.amount)
        }
    )
}

/// Something that the demo's customers do.
enum DemoAction: String, CaseIterable, Sendable {
    case chat = "chat.request"
    /// A unit is a thousand tokens.
    case completion = "llm.completion"
    case image = "image.generate"
    /// A unit is a second.
    case video = "video.generate"

    var rateID: String {
        switch self {
        case .chat: "chat"
        case .completion: "tokens"
        case .image: "image"
        case .video: "video"
        }
    }

    /// For each unit of quantity.
    var price: DemoCredits {
        switch self {
        case .chat: DemoCredits(thousandths: 1000)
        case .completion: DemoCredits(thousandths: 250)
        case .image: DemoCredits(thousandths: 10_000)
        case .video: DemoCredits(thousandths: 5000)
        }
    }
}

/// Credits as the demo counts them: in millionths, which suffice for its prices.
struct DemoCredits: Hashable, Comparable, Sendable {
    var millionths: Int

    init(millionths: Int) {
        self.millionths = millionths
    }

    init(thousandths: Int) {
        self.init(millionths: thousandths * 1000)
    }

    init(whole: Int) {
        self.init(millionths: whole * 1_000_000)
    }

    static func < (left: DemoCredits, right: DemoCredits) -> Bool {
        left.millionths < right.millionths
    }

    static func - (left: DemoCredits, right: DemoCredits) -> DemoCredits {
        DemoCredits(millionths: left.millionths - right.millionths)
    }

    static func + (left: DemoCredits, right: DemoCredits) -> DemoCredits {
        DemoCredits(millionths: left.millionths + right.millionths)
    }

    /// The price of a quantity given in thousandths of a unit.
    func times(thousandths: Int) -> DemoCredits {
        DemoCredits(millionths: millionths * thousandths / 1000)
    }

    func percent(_ share: Int) -> DemoCredits {
        DemoCredits(millionths: millionths * share / 100)
    }

    var amount: Amount {
        guard let amount = Amount(units: Int128(millionths) * 1_000_000) else {
            preconditionFailure("expected the demo's credits to be in range")
        }
        return amount
    }
}
