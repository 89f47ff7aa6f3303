namespace TorchSharp;

public static partial class torch
{
    /// <summary>A device by type and index; index −1 is the current device of that type.</summary>
    public sealed class Device : IEquatable<Device>
    {
        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        public Device(int index) : this(DeviceType.CUDA, index) { }

        public Device(string deviceType, int index) : this(deviceType + ":" + index) { }

        /// <param name="description">"cpu", "cuda" or "cuda:1".</param>
        public Device(string description)
        {
            var parts = description.Split(':');
            type = parts[0].ToUpperInvariant() switch
            {
                "CPU" => DeviceType.CPU,
                "CUDA" => DeviceType.CUDA,
                "META" => DeviceType.META,
                _ => throw new ArgumentException($"Unknown device '{description}'; wanted cpu, cuda or cuda:N.", nameof(description)),
            };
            int number = -1;
            if (parts.Length > 2 || (parts.Length == 2 && (!int.TryParse(parts[1], out number) || number < 0)))
                throw new ArgumentException($"Unknown device '{description}'; wanted cpu, cuda or cuda:N.", nameof(description));
            index = number;
        }

        public DeviceType type { get; }

        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public bool Equals(Device? other) => other is not null && other.type == type && other.index == index;

        public override bool Equals(object? obj) => Equals(obj as Device);

        public override int GetHashCode() => HashCode.Combine(type, index);

        public override string ToString() => type.ToString().ToLowerInvariant() + (index < 0 ? "" : ":" + index);
    }

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);
    public static Device CUDA { get; } = new(DeviceType.CUDA);

    public static Device device(string description) => new(description);
    public static Device device(string deviceType, int index) => new(deviceType, index);
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);
    public static Device device(int index) => new(index);
}
