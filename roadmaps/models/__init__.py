from roadmaps.models.execution import Execution
from roadmaps.models.roadmap import Item, Responsible, Roadmap, Section

__all__ = ["Execution", "Item", "Responsible", "Roadmap", "Section"]
