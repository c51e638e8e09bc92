"""Who is champion, and what a challenger has to show to become it."""
