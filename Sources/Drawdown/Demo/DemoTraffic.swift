/// An endless stream of believable messages: a pure function of its seed.
///
/// A few hundred customers, a few of them busy, buy credits and use them up. Now and then a
/// producer repeats itself, contradicts itself, or sends nonsense.
struct DemoTraffic: Sendable {
    /// Of 10,000 messages that are no purchases.
    private enum Share {
        static let duplicates = 200
        static let conflicts = 10
        static let malformed = 10
        static let settings = 15
    }

    /// Customers that the stream begins with; the others come as they are drawn.
    private static let openingCustomers = 60
    /// Messages between wishing for credits and buying them: long enough to be seen running low.
    private static let purchaseDelay = 300
    /// How many events back a repetition reaches.
    private static let memory = 512

    private var random: SplitMix64
    private let popularity: DemoPopularity
    private var customers: [DemoCustomer]
    /// Tells the ids of one stream from those of another.
    private let run: String
    private var messageCount = 0
    private var idCount = 0
    private var introducedCount = 0
    private var recent: [DemoUsage] = []
    private var held: DemoMessage?
    /// Customers with a purchase on its way, by the message count at which it is due.
    private var purchases: [(due: Int, customer: Int)] = []
    private var purchaseIndex = 0

    /// Starts a stream.
    ///
    /// - Parameter seed: another one for each run of `dev`, for the ids are a function of it, and
    ///   the ledger knows those of earlier runs.
    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        run = String(random.next() >> 24, radix: 36)
        popularity = DemoPopularity(count: DemoCustomers.count)
        customers = []
        for rank in 0..<DemoCustomers.count {
            customers.append(DemoCustomer(rank: rank, random: &random))
        }
    }

    mutating func next() -> DemoMessage {
        messageCount += 1
        if let held {
            self.held = nil
            return held
        }
        if introducedCount < Self.openingCustomers { return introduce(introducedCount) }
        if let buyer = nextBuyer() { return purchase(by: buyer) }
        var draw = random.below(10_000)
        func isDrawn(_ share: Int) -> Bool {
            draw -= share
            return draw < 0
        }
        if isDrawn(Share.duplicates), let usage = repeated() { return message(usage) }
        if isDrawn(Share.conflicts), let usage = repeated() { return contradiction(of: usage) }
        if isDrawn(Share.malformed) { return nonsense() }
        if isDrawn(Share.settings) { return settings() }
        return use()
    }

    // MARK: Usage

    private mutating func use() -> DemoMessage {
        let customer = popularity.pick(&random)
        let (usage, price) = makeUsage(of: customer)
        if recent.count < Self.memory {
            recent.append(usage)
        } else {
            recent[idCount % Self.memory] = usage
        }
        let message = message(usage)
        let isIntroduced = customers[customer].isIntroduced
        let introduction = isIntroduced ? nil : introduce(customer)
        let isTaken = customers[customer].use(price)
        if !isTaken || customers[customer].wantsCredits { plan(purchaseBy: customer) }
        guard let introduction else { return message }
        held = message
        return introduction
    }

    private mutating func makeUsage(of customer: Int) -> (DemoUsage, price: DemoCredits) {
        let region = random.pick(["eu-west", "us-east", "us-west", "ap-south"])
        let namesCustomer = random.below(4) > 0
        func usage(
            _ id: String,
            _ action: String,
            _ quantity: Int?,
            _ credits: DemoCredits?,
            _ dimensions: [(String, String)]
        ) -> DemoUsage {
            DemoUsage(
                id: id,
                customer: customer,
                action: action,
                quantity: quantity,
                credits: credits,
                dimensions: dimensions.map { (name: $0.0, json: $0.1) }
                    + [(name: "region", json: "\"\(region)\"")],
                namesCustomer: namesCustomer
            )
        }
        switch random.below(100) {
        case 0..<52:
            let model = random.pick(["aria-2", "aria-2-mini"])
            return (
                usage(id("chat"), DemoAction.chat.rawValue, nil, nil, [("model", "\"\(model)\"")]),
                DemoAction.chat.price
            )
        case 52..<74:
            let (input, output) = (random.number(in: 200...6000), random.number(in: 50...1500))
            let dimensions = [
                ("model", "\"aria-2\""), ("input_tokens", "\(input)"),
                ("output_tokens", "\(output)"),
            ]
            return (
                usage(
                    id("cmpl"),
                    DemoAction.completion.rawValue,
                    input + output,
                    nil,
                    dimensions
                ),
                DemoAction.completion.price.times(thousandths: input + output)
            )
        case 74..<92:
            let count = random.number(in: 1...4) * 1000
            let size = random.pick(["1024x1024", "1536x1024", "512x512"])
            return (
                usage(
                    id("img"),
                    DemoAction.image.rawValue,
                    count,
                    nil,
                    [("model", "\"prisma\""), ("resolution", "\"\(size)\"")]
                ),
                DemoAction.image.price.times(thousandths: count)
            )
        case 92..<96:
            let seconds = random.number(in: 4...12) * 1000
            let size = random.pick(["720p", "1080p"])
            return (
                usage(
                    id("vid"),
                    DemoAction.video.rawValue,
                    seconds,
                    nil,
                    [("model", "\"prisma-motion\""), ("resolution", "\"\(size)\"")]
                ),
                DemoAction.video.price.times(thousandths: seconds)
            )
        default:
            let price = DemoCredits(thousandths: random.number(in: 1...80) * 500)
            return (usage(id("job"), "model.fine_tune", nil, price, []), price)
        }
    }

    private func message(_ usage: DemoUsage) -> DemoMessage {
        usage.message(from: customers[usage.customer].name)
    }

    private mutating func repeated() -> DemoUsage? {
        recent.isEmpty ? nil : random.pick(recent)
    }

    // MARK: What goes wrong

    /// The same id with another price: which of the two is true, nobody can know.
    private mutating func contradiction(of usage: DemoUsage) -> DemoMessage {
        var other = usage
        if let credits = usage.credits {
            other.credits = credits + DemoCredits(whole: 1)
        } else {
            other.quantity = (usage.quantity ?? 1000) + 1000
        }
        return message(other)
    }

    private mutating func nonsense() -> DemoMessage {
        let customer = customers[popularity.pick(&random)].name
        let id = id("odd")
        let texts = [
            "{\"usage_id\":\"\(id)\",\"action\":\"chat.req",
            "{\"customer_id\":\"\(customer)\",\"action\":\"chat.request\"}",
            "{\"usage_id\":\"\(id)\",\"credits\":-5}",
            "{\"usage_id\":\"\(id)\",\"credits\":\"a few\"}",
            "ping",
        ]
        return DemoMessage(topic: .usage, key: customer, value: Array(random.pick(texts).utf8))
    }

    // MARK: Commands

    private mutating func introduce(_ customer: Int) -> DemoMessage {
        customers[customer].isIntroduced = true
        // The first ones are introduced in order; from then on the count only grows.
        introducedCount += 1
        let package = customers[customer].package
        return grant(package, to: customer, source: "plan_included", expiresAfter: "P30D")
    }

    private mutating func plan(purchaseBy customer: Int) {
        guard !customers[customer].isBuying else { return }
        customers[customer].isBuying = true
        purchases.append((due: messageCount + Self.purchaseDelay, customer: customer))
    }

    private mutating func nextBuyer() -> Int? {
        guard purchaseIndex < purchases.count, purchases[purchaseIndex].due <= messageCount else {
            return nil
        }
        let buyer = purchases[purchaseIndex].customer
        purchaseIndex += 1
        if purchaseIndex == 1024 {
            purchases.removeFirst(purchaseIndex)
            purchaseIndex = 0
        }
        return buyer
    }

    private mutating func purchase(by customer: Int) -> DemoMessage {
        customers[customer].isBuying = false
        let package = customers[customer].package
        if random.below(12) == 0 {
            let gift = package.percent(10)
            return grant(gift, to: customer, source: "promotional", expiresAfter: "P14D")
        }
        return grant(package, to: customer, source: "top_up", expiresAfter: nil)
    }

    private mutating func grant(
        _ credits: DemoCredits,
        to customer: Int,
        source: String,
        expiresAfter: String?
    ) -> DemoMessage {
        customers[customer].balance = customers[customer].balance + credits
        var json = DemoJSON()
        json.add("credits", text: "\(credits.amount)")
        json.add("source", text: source)
        if let expiresAfter { json.add("expires_after", text: expiresAfter) }
        if source == "promotional" {
            json.add("priority", json: "10")
        } else {
            json.add("reference", text: id("inv"))
        }
        return command("grant", to: customer, json)
    }

    private mutating func settings() -> DemoMessage {
        let customer = popularity.pick(&random)
        var json = DemoJSON()
        switch random.below(4) {
        case 0:
            customers[customer].floor = DemoCredits(whole: -100)
            json.add("overdraft", json: "{\"limit\":\"100\"}")
        case 1:
            customers[customer].floor = DemoCredits(whole: 0)
            json.add("overdraft", text: "refuse")
        default:
            let low = random.pick(["25", "50", "100"])
            json.add(
                "thresholds",
                json: "[{\"type\":\"percent\",\"value\":\"20\"},"
                    + "{\"type\":\"absolute\",\"value\":\"\(low)\"}]"
            )
        }
        return command("configure", to: customer, json)
    }

    private mutating func command(
        _ type: String,
        to customer: Int,
        _ fields: DemoJSON
    ) -> DemoMessage {
        let name = customers[customer].name
        var json = DemoJSON()
        json.add("command_id", text: id("cmd"))
        json.add("type", text: type)
        json.add("customer_id", text: name)
        json.append(fields)
        json.add("actor", json: "{\"type\":\"system\",\"id\":\"billing\"}")
        return DemoMessage(topic: .commands, key: name, value: Array(json.text.utf8))
    }

    private mutating func id(_ kind: String) -> String {
        idCount += 1
        return "\(kind)_\(run)_\(idCount)"
    }
}
