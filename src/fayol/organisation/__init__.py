"""Units, people, posts, who stands in for whom, and who therefore holds the ball."""
