namespace IconDiffusion.Client.Tests;

/// <summary>The whole job in seconds: 12 faces at 16×16, a network of a few thousand weights.</summary>
internal static class TinyExperiment
{
    public static string Json(int steps, string dimMults = "[[1, 2]]", string checkpointEvery = "00:00:00.2", string figures = "preprint") => $$"""
        {
          "name": "tiny",
          "dataset": { "source": "noto-faces", "count": 12, "imageSize": 16 },
          "grid": { "seed": [3407], "model": { "unet": { "dimMults": {{dimMults}} } } },
          "model": { "kind": "ddpm", "unet": { "dim": 8, "dimMults": [1] }, "diffusion": { "timesteps": 50 } },
          "training": { "steps": {{steps}}, "batchSize": 4 },
          "sampling": { "count": 4, "sampler": { "kind": "ddim", "steps": 3 } },
          "evaluation": { "inception": "random", "figures": "{{figures}}" },
          "monitoring": { "checkpointEvery": "{{checkpointEvery}}", "stripEvery": 1000 }
        }
        """;
}
