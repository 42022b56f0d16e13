"""What people say of tags: kept, reviewed, and made into labelled sentences."""
