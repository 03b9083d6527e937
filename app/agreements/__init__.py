"""What supermarkets and food banks have agreed: whose food it is, who fetches it, who pays, until when."""
