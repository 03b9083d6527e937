"""What drivers' reports teach: the pace of the network, the lengths of stops, how true arrival times were."""
