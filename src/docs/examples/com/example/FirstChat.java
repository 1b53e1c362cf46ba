package com.example;

import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A whole application. Its one dependency: dev.perigee:perigee-inference-spring-boot-starter. */
@SpringBootApplication
public class FirstChat {

    public static void main(String[] args) {
        SpringApplication.run(FirstChat.class, args);
    }

    @Bean
    CommandLineRunner chat(ChatClient.Builder builder) {
        ChatClient client = builder.build();
        return args -> {
            System.out.println(client.prompt("Who are you?").call().content());

            client.prompt("Tell me a short story about a cat.").stream().content().doOnNext(System.out::print).blockLast();

            System.out.println();
            System.out.println(client.prompt("What is the weather in Oslo?").tools(new Weather()).call().content());
        };
    }

    static class Weather {

        @Tool(name = "get_weather", description = "Get the current weather in a city")
        String weather(String city) {
            System.out.println("(looking at the sky over " + city + ")");
            return "12 degrees and light rain";
        }
    }
}
