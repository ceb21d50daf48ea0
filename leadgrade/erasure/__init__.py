"""Takes people out of everything that lies below a home, proves it, and turns them away when they come again."""
