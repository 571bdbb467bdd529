"""Finding a business and reading its public record."""
