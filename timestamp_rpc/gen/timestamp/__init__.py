__all__ = ['ttypes', 'constants', 'TimestampService']
