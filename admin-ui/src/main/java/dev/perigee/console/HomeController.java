package dev.perigee.console;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Whoever opens the bare address in a browser means the console. */
@Controller
final class HomeController {

    @GetMapping("/")
    String home() {
        return "redirect:/console";
    }
}
