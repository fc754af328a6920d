"""The academy: media become a knowledge graph, courses and practice, joined to the alerts that the team really had."""
