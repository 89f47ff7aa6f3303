namespace IconDiffusion.EmbeddedActors.Tests;
internal static class ChildProcess { public static int Main() => 0; }
