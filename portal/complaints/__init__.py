"""The direct channel: five kinds told apart, heard at the right level, protected, answered."""
