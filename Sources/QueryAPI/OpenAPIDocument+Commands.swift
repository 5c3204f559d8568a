extension OpenAPIDocument {
    /// The call that takes commands, with an example of each type.
    static let commandPaths = #"""
          /v1/commands:
            post:
              operationId: submitCommand
              summary: Publishes a command and answers with what it did.
              description: |
                The command goes to the commands topic like that of any other producer, and the answer is
                what a durable commit holds. A client that got no answer, a 202 or a 503 sends the same
                command again under the same id: it is applied at most once, and the second answer tells
                what the first did. What is malformed is answered at once and not published.
              parameters:
                - name: wait
                  in: query
                  description: How long the answer may take, in seconds.
                  schema: { type: number, minimum: 0, maximum: 5, default: 2 }
                  example: 5
                - name: Idempotency-Key
                  in: header
                  description: Stands in for `command_id`; where both are there, they must be the same.
                  schema: { type: string, minLength: 1, maxLength: 256 }
              requestBody:
                required: true
                content:
                  application/json:
                    schema: { $ref: "#/components/schemas/Command" }
                    examples:
                      grant:
                        summary: A purchase, to be used up within a year.
                        value: {
                          "command_id": "order-1042", "type": "grant", "customer_id": "cus_aurora_studio",
                          "credits": "500", "source": "purchase", "expires_after": "P1Y",
                          "cost_basis": "0.01", "reference": "invoice 1042",
                          "actor": { "type": "system", "id": "shop" }
                        }
                      promotion:
                        summary: Credits of another type that are used before those that were paid for.
                        value: {
                          "command_id": "spring-7", "type": "grant", "customer_id": "cus_harbor_films",
                          "credit_type": "gpu_seconds", "grant_id": "spring-offer", "credits": "3600",
                          "source": "promotional", "priority": 10
                        }
                      void:
                        summary: Takes back what is left of a grant.
                        value: {
                          "command_id": "refund-1001", "type": "void", "customer_id": "cus_aurora_studio",
                          "grant_id": "order-1001", "reason": "refund",
                          "actor": { "type": "admin", "id": "mara" }
                        }
                      adjust:
                        summary: Puts a balance right by hand; below 0 it takes credits.
                        value: {
                          "command_id": "ticket-88", "type": "adjust", "customer_id": "cus_harbor_films",
                          "credits": "-12.5", "reason": "counted twice, see ticket 88",
                          "actor": { "type": "admin", "id": "mara" }
                        }
                      reverse_usage:
                        summary: Gives back all that a usage event debited.
                        value: {
                          "command_id": "undo-img_12346", "type": "reverse_usage",
                          "customer_id": "cus_aurora_studio", "usage_id": "img_12346"
                        }
                      hold:
                        summary: Sets the price of four images aside for half an hour.
                        value: {
                          "command_id": "start-job-78", "type": "hold", "customer_id": "cus_aurora_studio",
                          "hold_id": "job-78", "action": "image.generate", "quantity": 4,
                          "expires_after": "PT30M"
                        }
                      release:
                        summary: Gives a hold back.
                        value: {
                          "command_id": "stop-job-77", "type": "release",
                          "customer_id": "cus_aurora_studio", "hold_id": "job-77"
                        }
                      configure:
                        summary: How far an account may be overdrawn, and when the outside wants to know.
                        value: {
                          "command_id": "plan-pro-31", "type": "configure",
                          "customer_id": "cus_aurora_studio", "overdraft": { "limit": "100" },
                          "thresholds": [
                            { "type": "absolute", "value": "50" }, { "type": "percent", "value": "20" }
                          ],
                          "auto_top_up": {
                            "threshold": "25", "credits": "500", "max_per": { "period": "P30D", "count": 5 }
                          }
                        }
                      recurring:
                        summary: What a plan includes, each month anew, half of it carried over.
                        value: {
                          "command_id": "plan-pro-32", "type": "configure",
                          "customer_id": "cus_harbor_films",
                          "recurring": [
                            {
                              "schedule_id": "plan-pro", "credits": "1000", "every": "P1M",
                              "anchor": "2026-11-01T00:00:00Z", "rollover": { "max_percent": 50 }
                            }
                          ]
                        }
              responses:
                "200":
                  description: It is applied, or was before.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/CommandOutcome" } }
                "202":
                  description: It is in the topic, and not yet applied.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/PendingCommand" } }
                "402":
                  description: Credits that are available do not cover the hold (`insufficient_credits`).
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "409":
                  description: The id was used with other content (`command_id_conflict`).
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "413":
                  description: The body is too large (`too_large`).
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "415":
                  description: The body is not declared to be JSON.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "422":
                  description: It is refused; `code` says why, `parameter` names the field.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "503":
                  description: Whether it will be applied is not known; send it again under the same id.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                default: { $ref: "#/components/responses/Problem" }

        """#
}
