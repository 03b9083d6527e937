"""What a day's driving cost, shared among the food banks that it was driven for: worked out once a day is over, kept,
shown to each partner with the why. The rule is app.domain.shares, the costs of groups are routing.group_days."""
