using Microsoft.Extensions.Configuration;

namespace IconDiffusion.Silo.Hosting;

/// <summary>Reads a section of the settings into an object of theirs.</summary>
internal static class SettingsSection
{
    /// <summary>Sets the properties that the section names.</summary>
    /// <returns>What is unknown or cannot be read, one sentence each.</returns>
    public static IEnumerable<string> Bind(IConfigurationSection section, object settings)
    {
        var properties = settings.GetType().GetProperties();
        foreach (var child in section.GetChildren())
        {
            var property = properties.FirstOrDefault(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                yield return $"{child.Path} is unknown; known are {string.Join(", ", properties.Select(p => p.Name))}.";
                continue;
            }
            object? value = null;
            string? fault = null;
            try
            {
                value = child.Get(property.PropertyType);
            }
            catch (InvalidOperationException)
            {
                var wanted = property.PropertyType == typeof(TimeSpan) ? "hours:minutes:seconds"
                    : property.PropertyType.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(property.PropertyType))}"
                    : property.PropertyType == typeof(bool) ? "true or false"
                    : "a whole number";
                fault = $"{child.Path} is '{child.Value}'; wanted {wanted}.";
            }
            if (fault is not null)
                yield return fault;
            else if (value is not null)
                property.SetValue(settings, value);
        }
    }
}
