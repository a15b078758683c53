"""What `ml.bench` measures: phases of the recommender, and what others need for the same lists."""
