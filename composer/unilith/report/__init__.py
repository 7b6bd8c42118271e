"""What people look at: size, why, graph, diff."""
