"""What is remembered of the novel beside the network, and how it is mixed in."""
